package dev.nettystreams.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.netty.support.Wire;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server without file descriptors backs off and recovers (S3). In a process of its own, with a low limit. */
class FileDescriptorsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void server_thatRanOutOfThem_acceptsAgainWhenThereAreSome(Wire wire) throws Exception {
        run(wire.backend().name());
    }

    @Test
    void serverOnAChannelOfTheProgramsOwn_doesTheSame() throws Exception {
        run(IoBackend.NIO.name(), "adopted");
    }

    private void run(String... arguments) throws Exception {
        assumeTrue(new File("/bin/sh").canExecute(), "there is no /bin/sh to limit them with");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes =
                System.getProperty("java.class.path") + File.pathSeparator + System.getProperty("jdk.module.path", "");
        Path output = directory.resolve("output");
        Process child = new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "ulimit -n 100 && exec \"$0\" -cp \"$1\" " + FewDescriptors.class.getName() + " $2",
                        java,
                        classes,
                        String.join(" ", arguments))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(output)).contains(FewDescriptors.RECOVERED);
        } finally {
            child.destroyForcibly();
        }
    }
}
