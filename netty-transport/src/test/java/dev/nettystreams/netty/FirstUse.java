package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The process of {@link NettyVersionsTest} and {@link RequiredNettyTest}: calls every entry point of the streams and
 * prints a line about each; then sends a byte there and back over every backend. Compiled against the Netty of the
 * build and run with another one, so nothing here may be newer than 4.1.
 */
final class FirstUse {
    private static final ConnectionHandler ECHO =
            ConnectionHandler.callbacks((reader, writer) -> reader.relayTo(writer));

    private FirstUse() {}

    /** Prints {@code door: opened}, or {@code door: } and the exception. */
    public static void main(String[] arguments) throws Exception {
        knock("create", NettyStreams::create);
        knock("create NIO", () -> NettyStreams.create(IoBackend.NIO, 1));
        knock("shared", NettyStreams::shared);
        knock("shared again", NettyStreams::shared);
        knock("best", IoBackend::best);
        knock("factory", () -> IoBackend.NIO.ioHandlerFactory());
        knock("handler", () -> new StreamChannelHandler(ECHO));
        knock("adopt", () -> StreamChannelHandler.adopt(new EmbeddedChannel(), StreamLimits.DEFAULT));
        knock("unix channel", NioUnixChannel::new);
        knock("unix server channel", NioUnixServerChannel::new);
        knock("over", () -> over());
        knock("create IO_URING", () -> NettyStreams.create(IoBackend.IO_URING, 1));
        knock("factory IO_URING", () -> IoBackend.IO_URING.ioHandlerFactory());
        for (IoBackend backend : IoBackend.values()) {
            System.out.println(
                    "available " + backend + ": " + IoBackend.available().contains(backend) + ", "
                            + inOneLine(String.valueOf(backend.unavailabilityCause())));
        }
        for (IoBackend backend : IoBackend.available()) {
            echo(backend);
        }
        System.exit(0); // with threads that may still run
    }

    @SuppressWarnings("deprecation") // the one group that 4.1 has, too
    private static NettyStreams over() {
        return NettyStreams.over(new NioEventLoopGroup(1));
    }

    private static void knock(String door, Callable<?> entry) {
        try {
            entry.call();
            System.out.println(door + ": opened");
        } catch (Throwable e) {
            System.out.println(door + ": " + inOneLine(e.toString()));
        }
    }

    private static void echo(IoBackend backend) throws Exception {
        try (NettyStreams streams = NettyStreams.create(backend, 1)) {
            StreamServer tcp = get(streams.startServer(ECHO, "127.0.0.1", 0));
            assertEchoes(get(streams.openConnection("127.0.0.1", tcp.port())));
            Path path = Files.createTempDirectory("ns").resolve("s");
            StreamServer unix = get(streams.startUnixServer(ECHO, path.toString()));
            assertEchoes(get(streams.openUnixConnection(path.toString())));
            tcp.close();
            unix.close();
            Files.delete(path.getParent());
        }
        System.out.println("echo " + backend + ": well");
    }

    private static void assertEchoes(StreamConnection client) throws Exception {
        client.writer().write(new byte[] {42});
        if (get(client.reader().read(1))[0] != 42) {
            throw new AssertionError("no echo");
        }
        client.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    private static String inOneLine(String text) {
        return text.replace("\n", " ");
    }
}
