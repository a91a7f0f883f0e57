package dev.nettystreams.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** In a process of its own, whose standard input stays open: its thread must not keep the JVM alive. */
@Timeout(60)
class StandardStreamsTest {
    @TempDir
    Path directory;

    private String run(File output) throws Exception {
        Path errors = directory.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(ChildJvm.likeThisOne().command(StandardStreamsProgram.class));
        Process child = builder.redirectOutput(Redirect.appendTo(output))
                .redirectError(errors.toFile())
                .start();
        try {
            child.getOutputStream().write("hello\n".getBytes(US_ASCII));
            child.getOutputStream().flush();
            assertThat(child.waitFor(50, TimeUnit.SECONDS)).as("it ends").isTrue();
            return Files.readString(errors);
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void standardStreams_areReadAndWritten_andStayOpen() throws Exception {
        Path output = directory.resolve("output");
        assertThat(run(output.toFile()).lines())
                .contains("can end: false", "second: standardStreams() called twice", "closed", "threads: 1");
        assertThat(Files.readString(output)).isEqualTo("HELLO\nstill open\n");
    }

    @Test
    void fullDevice_failsFlushAndWaitClosed() throws Exception {
        File full = new File("/dev/full");
        assumeTrue(full.exists(), "skipped: there is no /dev/full");
        assertThat(run(full))
                .contains("failed: connection lost: could not write to standard output")
                .contains("closed: connection lost: could not write to standard output");
    }
}
