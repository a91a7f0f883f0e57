package dev.nettystreams.benchmarks.servers;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.parsetools.RecordParser;
import io.vertx.core.transport.Transport;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Vert.x on epoll where there is epoll, with its {@code RecordParser} for lines. */
final class VertxServer implements RunningServer {
    private static final Buffer PONG = Buffer.buffer(Protocol.PONG);
    private static final Buffer SINK_REPLY = Buffer.buffer(new byte[] {Protocol.SINK_REPLY});
    private static final Buffer ZEROS = Buffer.buffer(new byte[Protocol.BLOCK_BYTES]);

    @Override
    public void start(ServerTask task) throws Exception {
        Transport transport = Transport.EPOLL;
        // Its cache of files would leave a temporary directory.
        FileSystemOptions noFiles =
                new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions().setEventLoopPoolSize(1).setFileSystemOptions(noFiles))
                .withTransport(transport != null && transport.available() ? transport : Transport.NIO)
                .build();
        NetServerOptions options = new NetServerOptions()
                .setHost("127.0.0.1")
                .setPort(task.port())
                .setTcpNoDelay(true)
                .setAcceptBacklog(4096);
        if (task.tls() != null) {
            options.setSsl(true)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .setCertPath(task.tls().chain().toString())
                            .setKeyPath(task.tls().key().toString()))
                    .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                    .setSslEngineOptions(new OpenSSLEngineOptions());
        }
        NetClient client = vertx.createNetClient();
        vertx.createNetServer(options)
                .connectHandler(socket -> serve(task, vertx, client, socket))
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private static void serve(ServerTask task, Vertx vertx, NetClient client, NetSocket socket) {
        socket.exceptionHandler(failure -> socket.close());
        switch (task.mode()) {
            case PING -> new Ping(socket).begin();
            case ECHO ->
                socket.handler(block -> {
                    socket.write(block);
                    pauseWhileFull(socket, socket);
                });
            case SINK -> new Sink(socket).begin();
            case SOURCE -> new Source(vertx, socket).begin();
            case HTTP -> new Http(socket).begin();
            case RELAY -> {
                socket.pause();
                client.connect(task.upstreamPort(), "127.0.0.1")
                        .onSuccess(upstream -> {
                            socket.pipeTo(upstream);
                            upstream.pipeTo(socket);
                        })
                        .onFailure(failure -> socket.close());
            }
        }
    }

    private static void pauseWhileFull(NetSocket source, NetSocket target) {
        if (target.writeQueueFull()) {
            source.pause();
            target.drainHandler(drained -> source.resume());
        }
    }

    private static int decimal(Buffer line, int from) {
        return Protocol.decimal(line.getBytes(), from);
    }

    private static final class Ping {
        private final NetSocket socket;
        private final RecordParser parser;
        private int argumentCount;
        private boolean isBulkNext;

        Ping(NetSocket socket) {
            this.socket = socket;
            this.parser = RecordParser.newDelimited("\r\n");
        }

        void begin() {
            parser.handler(this::take);
            socket.handler(parser);
        }

        private void take(Buffer record) {
            if (isBulkNext) {
                isBulkNext = false;
                parser.delimitedMode("\r\n");
                argumentCount--;
            } else if (argumentCount == 0) {
                argumentCount = decimal(record, 1);
            } else {
                isBulkNext = true;
                parser.fixedSizeMode(decimal(record, 1) + 2);
                return;
            }
            if (argumentCount == 0) {
                socket.write(PONG);
            }
        }
    }

    private static final class Sink {
        private final NetSocket socket;
        private int received;

        Sink(NetSocket socket) {
            this.socket = socket;
        }

        void begin() {
            socket.handler(block -> {
                received += block.length();
                for (; received >= Protocol.SINK_BYTES; received -= Protocol.SINK_BYTES) {
                    socket.write(SINK_REPLY);
                }
            });
        }
    }

    /** Yields to other connections after some blocks, as a loop on the event loop has to. */
    private static final class Source {
        private static final int BLOCKS_PER_TURN = 64;

        private final Vertx vertx;
        private final NetSocket socket;
        private long left;
        private boolean isPumping;
        private boolean isClosed;

        Source(Vertx vertx, NetSocket socket) {
            this.vertx = vertx;
            this.socket = socket;
        }

        void begin() {
            socket.closeHandler(closed -> isClosed = true);
            socket.handler(RecordParser.newDelimited("\n", line -> {
                left += decimal(line, 0);
                if (!isPumping) {
                    pump();
                }
            }));
        }

        private void pump() {
            isPumping = true;
            for (int blocks = 0; left > 0 && !isClosed; blocks++) {
                if (socket.writeQueueFull()) {
                    socket.drainHandler(drained -> pump());
                    return;
                }
                if (blocks == BLOCKS_PER_TURN) {
                    Context here = vertx.getOrCreateContext();
                    here.runOnContext(turn -> pump());
                    return;
                }
                int byteCount = (int) Math.min(left, Protocol.BLOCK_BYTES);
                left -= byteCount;
                socket.write(byteCount == Protocol.BLOCK_BYTES ? ZEROS : ZEROS.slice(0, byteCount));
            }
            isPumping = false;
        }
    }

    private static final class Http {
        private final NetSocket socket;
        private byte @Nullable [] requestLine;

        Http(NetSocket socket) {
            this.socket = socket;
        }

        void begin() {
            socket.handler(RecordParser.newDelimited("\r\n", line -> {
                if (requestLine == null) {
                    requestLine = line.getBytes();
                } else if (line.length() == 0) {
                    socket.write(Buffer.buffer(Protocol.fileFor(requestLine)));
                    requestLine = null;
                }
            }));
        }
    }
}
