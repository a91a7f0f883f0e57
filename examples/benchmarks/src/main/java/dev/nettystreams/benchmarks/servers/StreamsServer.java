package dev.nettystreams.benchmarks.servers;

import static dev.nettystreams.Await.await;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.tls.Tls;
import dev.nettystreams.tls.TlsEngine;

/**
 * This library's server.
 *
 * @param awaiting the way of waiting for a future
 * @param backend the mechanism of I/O
 * @param engine the TLS engine, where there is TLS
 * @param echo the methods that read and write in an echo
 */
record StreamsServer(Awaiting awaiting, IoBackend backend, TlsEngine engine, EchoWay echo) implements RunningServer {
    /** The ways in which a program of this library waits. */
    enum Awaiting {
        CALLBACKS {
            @Override
            ConnectionHandler handler(ServerTask task, Upstream upstream, EchoWay echo) {
                return CallbackConversations.of(task, upstream, echo);
            }
        },
        LOOP {
            @Override
            ConnectionHandler handler(ServerTask task, Upstream upstream, EchoWay echo) {
                return Await.onEventLoop(StraightConversations.of(task, upstream, echo));
            }
        },
        VIRTUAL {
            @Override
            ConnectionHandler handler(ServerTask task, Upstream upstream, EchoWay echo) {
                return Await.onVirtualThreads(StraightConversations.of(task, upstream, echo));
            }
        },
        THREADS {
            @Override
            ConnectionHandler handler(ServerTask task, Upstream upstream, EchoWay echo) {
                return Await.onThreads(StraightConversations.of(task, upstream, echo));
            }
        };

        abstract ConnectionHandler handler(ServerTask task, Upstream upstream, EchoWay echo);
    }

    @Override
    @SuppressWarnings("resource") // it lives as long as the process
    public void start(ServerTask task) throws Exception {
        NettyStreams streams = NettyStreams.create(backend, task.loops());
        ServerOptions options = ServerOptions.DEFAULT.withBacklog(4096).withReporter((connection, failure) -> {});
        if (task.tls() != null) {
            options = options.withTls(Tls.server(task.tls().chain(), task.tls().key())
                    .protocols("TLSv1.3")
                    .engine(engine));
        }
        Upstream upstream = () -> streams.openConnection("127.0.0.1", task.upstreamPort());
        await(streams.startServer(awaiting.handler(task, upstream, echo), "127.0.0.1", task.port(), options));
    }
}
