package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StandardErrorTest {
    private final PrintStream former = System.err;

    @AfterEach
    void restore() {
        System.setErr(former);
    }

    /** A pipe that is full until it is opened. */
    private static final class FullPipe extends OutputStream {
        final CountDownLatch met = new CountDownLatch(1);
        final CountDownLatch opened = new CountDownLatch(1);
        private final CountDownLatch missing;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        /** @param lineCount the number of lines to expect */
        FullPipe(int lineCount) {
            missing = new CountDownLatch(lineCount);
        }

        @Override
        public void write(int each) throws InterruptedIOException {
            met.countDown();
            try {
                opened.await();
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
            bytes.write(each);
            if (each == '\n') {
                missing.countDown();
            }
        }

        List<String> lines() throws InterruptedException {
            assertThat(missing.await(20, TimeUnit.SECONDS)).isTrue();
            return bytes.toString(UTF_8).lines().toList();
        }
    }

    @Test
    void lines_beyondTheBound_areCounted_andToldOfWhenThereIsRoom() throws Exception {
        FullPipe pipe = new FullPipe(StandardError.MOST_WAITING + 2);
        StandardError errors = new StandardError(new PrintStream(pipe, true, UTF_8));
        PrintStream err = new PrintStream(errors, true, UTF_8);
        err.println("first");
        assertThat(pipe.met.await(20, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < StandardError.MOST_WAITING + 3; i++) {
            err.println(i);
        }
        pipe.opened.countDown();
        assertThat(pipe.lines())
                .startsWith(
                        "first",
                        "netty-streams-demos: 3 later lines were left out, because no one read standard error",
                        "0",
                        "1")
                .endsWith(Integer.toString(StandardError.MOST_WAITING - 1));
        errors.close();
    }

    @Test
    void end_waitsForTheLines_butNotForAFullPipe() throws Exception {
        FullPipe pipe = new FullPipe(2);
        StandardError errors = new StandardError(new PrintStream(pipe, true, UTF_8));
        PrintStream err = new PrintStream(errors, true, UTF_8);
        err.println("one");
        err.println("z\u00fcrich");
        errors.close();
        pipe.opened.countDown();
        assertThat(pipe.lines()).containsExactly("one", "z\u00fcrich");
    }

    @Test
    void endlessLine_isPrintedInParts() throws Exception {
        FullPipe pipe = new FullPipe(1);
        pipe.opened.countDown();
        StandardError errors = new StandardError(new PrintStream(pipe, true, UTF_8));
        new PrintStream(errors, true, UTF_8).println("x".repeat(100_000));
        assertThat(pipe.lines()).containsExactly("x".repeat(100_000));
        errors.close();
    }
}
