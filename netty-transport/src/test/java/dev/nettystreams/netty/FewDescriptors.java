package dev.nettystreams.netty;

import static dev.nettystreams.netty.Wire.get;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The process of {@link FileDescriptorsTest}: takes every file descriptor that there is, until a server notices, and gives them back. */
final class FewDescriptors {
    static final String RECOVERED = "accepting again";

    private FewDescriptors() {}

    /** Told when the server pauses. */
    private static final class Pause extends Handler {
        private final CountDownLatch began = new CountDownLatch(1);

        @Override
        public void publish(LogRecord record) {
            if (record.getMessage().contains("pauses for")) {
                began.countDown();
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /**
     * Says {@link #RECOVERED} in the end.
     *
     * @param arguments the backend
     */
    public static void main(String[] arguments) throws Exception {
        Logger logger = Logger.getLogger("dev.nettystreams");
        Pause pause = new Pause();
        logger.addHandler(pause);
        try (NettyStreams streams = NettyStreams.create(IoBackend.parse(arguments[0]), 1)) {
            StreamServer server = get(streams.startServer(
                    ConnectionHandler.callbacks((reader, writer) -> reader.relayTo(writer)), "127.0.0.1", 0));
            assertEchoes(streams, server); // every class is loaded while it can be, the logger's included
            logger.warning("all file descriptors are about to be taken");
            for (Socket taken : takeAll(server.port())) {
                if (!pause.began.await(20, TimeUnit.SECONDS)) {
                    throw new AssertionError("the server did not run out of file descriptors");
                }
                taken.close();
            }
            while (isStillShort(streams, server)) {
                Thread.onSpinWait(); // the server is at those that came while it paused
            }
            System.out.println(RECOVERED);
        }
    }

    private static List<Socket> takeAll(int port) {
        List<Socket> taken = new ArrayList<>();
        try {
            while (true) {
                taken.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
        } catch (IOException e) {
            return taken; // there are no more
        }
    }

    private static boolean isStillShort(NettyStreams streams, StreamServer server) throws Exception {
        try {
            assertEchoes(streams, server);
            return false;
        } catch (ExecutionException e) {
            if (String.valueOf(e.getMessage()).contains("Too many open files")) {
                return true;
            }
            throw e;
        }
    }

    private static void assertEchoes(NettyStreams streams, StreamServer server) throws Exception {
        try (StreamConnection client = get(streams.openConnection("127.0.0.1", server.port()))) {
            client.writer().write(new byte[] {42});
            if (get(client.reader().read(1))[0] != 42) {
                throw new AssertionError("no echo");
            }
        }
    }
}
