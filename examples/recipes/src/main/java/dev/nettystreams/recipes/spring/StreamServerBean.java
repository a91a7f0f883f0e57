package dev.nettystreams.recipes.spring;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/** A server that starts and stops with the application's context. */
public final class StreamServerBean implements SmartLifecycle {
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(10); // below Spring's own, 30 s

    private final ConnectionHandler handler;
    private final String host;
    private final int port;
    private NettyStreams streams;
    private StreamServer server;

    /** Makes a server; the context starts it. */
    public StreamServerBean(ConnectionHandler handler, String host, int port) {
        this.handler = handler;
        this.host = host;
        this.port = port;
    }

    /** Fails, and so does the start of the application, if the port is taken. */
    @Override
    public synchronized void start() {
        streams = NettyStreams.create();
        try {
            server = streams.startServer(handler, host, port).join();
        } catch (RuntimeException e) {
            streams.close();
            throw e;
        }
    }

    /** Called by the context, which waits for {@code whenStopped}, and stops other beans of the phase meanwhile. */
    @Override
    public synchronized void stop(Runnable whenStopped) {
        NettyStreams stopped = streams;
        server.shutdown(SHUTDOWN_TIMEOUT).whenCompleteAsync((done, never) -> {
            stopped.close(); // not on an event loop, which could not wait for its own end
            whenStopped.run();
        });
        server = null;
    }

    @Override
    public synchronized void stop() {
        streams.close();
        server = null;
    }

    @Override
    public synchronized boolean isRunning() {
        return server != null;
    }

    /** Returns the port, which the system has chosen if the port of the configuration is 0. */
    public synchronized int port() {
        return server.port();
    }
}
