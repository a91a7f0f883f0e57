package dev.nettystreams.netty;

/** Why something of the system's failed, in few words: the part of a message behind the colon. */
final class Reason {
    private Reason() {}

    static String of(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof Error || message == null ? failure.toString() : message;
    }
}
