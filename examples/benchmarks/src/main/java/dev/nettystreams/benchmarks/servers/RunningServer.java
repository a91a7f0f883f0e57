package dev.nettystreams.benchmarks.servers;

/** A server that runs in this process. */
interface RunningServer {
    /**
     * Listens at 127.0.0.1. The server then runs on threads of its own.
     *
     * @param task the work
     * @throws UnsupportedOperationException if this server does not speak the mode, or not under TLS
     * @throws Exception any failure to listen
     */
    void start(ServerTask task) throws Exception;
}
