package dev.nettystreams.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The entry points of TLS also refuse an unsuitable Netty (S9). In a process of its own. */
class OtherNettyTest {
    @TempDir
    Path directory;

    @Test
    void netty41_isRefusedInWords() throws Exception {
        Path description = directory.resolve("META-INF/io.netty.versions.properties");
        Files.createDirectories(description.getParent());
        Files.write(description, List.of("netty-handler.version=4.1.118.Final"));
        String classPath =
                System.getProperty("java.class.path") + File.pathSeparator + System.getProperty("jdk.module.path", "");
        Path output = directory.resolve("output");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        directory + File.pathSeparator + classPath,
                        Client.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(child.waitFor(50, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(output))
                    .startsWith("netty-streams needs Netty 4.2.18.Final")
                    .contains("modules of different versions: netty-handler 4.1.118.Final (in " + directory + ")");
        } finally {
            child.destroyForcibly();
        }
    }

    /** The process. */
    static final class Client {
        private Client() {}

        public static void main(String[] arguments) {
            try {
                System.out.println(Tls.client());
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
