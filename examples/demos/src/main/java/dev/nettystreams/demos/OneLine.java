package dev.nettystreams.demos;

/** Failures as people read them: one line, without a trace. */
public final class OneLine {
    private OneLine() {}

    /**
     * Says what went wrong.
     *
     * @param failure anything
     * @return its message in one line, or its class if it has none
     */
    public static String of(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        return message.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
