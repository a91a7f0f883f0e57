package dev.nettystreams.netty;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.BlockingThreadCount;

/** Upper-cases standard input; says what happened on standard error. */
final class StandardStreamsProgram {
    private StandardStreamsProgram() {}

    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create(IoBackend.NIO, 1)) {
            StreamConnection terminal = streams.standardStreams();
            System.err.println("can end: " + terminal.writer().canWriteEof());
            try {
                streams.standardStreams();
            } catch (IllegalStateException e) {
                System.err.println("second: " + e.getMessage().substring(0, 30));
            }
            try {
                String line = new String(await(terminal.reader().readLine()), US_ASCII);
                terminal.writer().write(line.toUpperCase(java.util.Locale.ROOT).getBytes(US_ASCII));
                await(terminal.writer().flush());
            } catch (Exception e) {
                System.err.println("failed: " + e.getMessage());
            }
            terminal.close();
            try {
                await(terminal.waitClosed());
                System.err.println("closed");
            } catch (Exception e) {
                System.err.println("closed: " + e.getMessage());
            }
            System.out.println("still open");
            new BlockingThreadCount().awaitCount(1); // the one inside the read
            System.err.println("threads: " + NettyStreams.blockingThreadCount());
        }
    }
}
