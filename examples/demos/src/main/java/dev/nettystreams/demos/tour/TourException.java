package dev.nettystreams.demos.tour;

/** Something does not work as the tour says. */
final class TourException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String message;

    TourException(String message) {
        super(message);
        this.message = message;
    }

    @Override
    public String getMessage() {
        return message;
    }
}
