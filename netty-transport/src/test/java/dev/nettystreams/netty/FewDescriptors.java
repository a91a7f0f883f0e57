package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.get;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * The process of {@link FileDescriptorsTest}: takes every free file descriptor until a server pauses, and gives them
 * back.
 */
final class FewDescriptors {
    static final String RECOVERED = "accepting again";

    private FewDescriptors() {}

    /** Counts the pauses of the server. */
    private static final class Pause extends Handler {
        private static final int PAUSES = 4;

        private final CountDownLatch began = new CountDownLatch(1);
        private final CountDownLatch wasRepeated = new CountDownLatch(PAUSES);
        private volatile long beginNanos;
        private volatile long cpuNanosAtBegin;

        @Override
        public void publish(LogRecord record) {
            if (record.getMessage().contains("pauses for")) {
                if (began.getCount() > 0) {
                    beginNanos = System.nanoTime();
                    cpuNanosAtBegin = cpuNanosOfLoops();
                    began.countDown();
                }
                wasRepeated.countDown();
            }
        }

        /** At most one line per second, and no busy loop. */
        private void assertRate() throws InterruptedException {
            if (!wasRepeated.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("the server did not try again");
            }
            long nanos = System.nanoTime() - beginNanos;
            long cpuNanos = cpuNanosOfLoops() - cpuNanosAtBegin;
            if (nanos < (PAUSES - 1) * 900_000_000L) {
                throw new AssertionError(PAUSES + " lines within " + nanos / 1_000_000 + " ms");
            }
            if (cpuNanos > nanos / 4) {
                throw new AssertionError("the loops took " + cpuNanos / 1_000_000 + " ms of " + nanos / 1_000_000);
            }
        }

        private static long cpuNanosOfLoops() {
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            long sum = 0;
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                if (thread.getName().startsWith("netty-streams-")) {
                    sum += Math.max(0, threads.getThreadCpuTime(thread.getId()));
                }
            }
            return sum;
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /**
     * Prints {@link #RECOVERED} at the end.
     *
     * @param arguments the backend, and anything for a server on a channel of the program's own
     */
    public static void main(String[] arguments) throws Exception {
        Logger logger = Logger.getLogger("dev.nettystreams");
        Pause pause = new Pause();
        logger.addHandler(pause);
        try (NettyStreams streams = NettyStreams.create(IoBackend.parse(arguments[0]), 1)) {
            StreamServer server = start(streams, arguments.length > 1);
            assertEchoes(streams, server); // loads every class while that is possible, the logger's included
            logger.warning("all file descriptors are about to be taken");
            Pause.cpuNanosOfLoops();
            List<Socket> all = takeAll(server.port());
            if (!pause.began.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("the server did not run out of file descriptors");
            }
            pause.assertRate();
            for (Socket taken : all) {
                taken.close();
            }
            while (isStillShort(streams, server)) {
                Thread.onSpinWait(); // the server accepts the connections that arrived during the pause
            }
            System.out.println(RECOVERED);
        }
    }

    /** @param isAdopted whether the server is started on a listening channel of the program's own */
    private static StreamServer start(NettyStreams streams, boolean isAdopted) throws Exception {
        ConnectionHandler echo = ConnectionHandler.callbacks((reader, writer) -> reader.relayTo(writer));
        if (!isAdopted) {
            return get(streams.startServer(echo, "127.0.0.1", 0));
        }
        ServerSocketChannel bound =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return get(streams.startServer(echo, new NioServerSocketChannel(bound), ServerOptions.DEFAULT));
    }

    private static List<Socket> takeAll(int port) {
        List<Socket> taken = new ArrayList<>();
        try {
            while (true) {
                taken.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
        } catch (IOException e) {
            return taken; // none is left
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
