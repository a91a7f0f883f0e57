package dev.nettystreams.benchmarks.compare;

import java.io.IOException;

/** A server cannot take part, or no longer. */
public final class ServerFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final String serverName;

    ServerFailure(String serverName, String message) {
        super(message);
        this.serverName = serverName;
    }

    ServerFailure(String serverName, IOException cause) {
        super(cause.getMessage(), cause);
        this.serverName = serverName;
    }

    /**
     * Returns the name of the server.
     *
     * @return the name in reports
     */
    public String serverName() {
        return serverName;
    }
}
