package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.servers.ServerKind;
import dev.nettystreams.benchmarks.servers.ServerTask.TlsFiles;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The files of one run, in a temporary directory: a certificate for localhost, and the program of Python's servers. */
public final class RunFiles implements AutoCloseable, PythonProgram {
    private static final String PYTHON = "python_server.py";

    private final Path directory;
    private final TlsFiles tls;

    private RunFiles(Path directory, TlsFiles tls) {
        this.directory = directory;
        this.tls = tls;
    }

    /**
     * Writes them.
     *
     * @return the files
     * @throws Exception if there is no place for them
     */
    public static RunFiles create() throws Exception {
        Path directory = Files.createTempDirectory("netty-streams-benchmarks");
        try {
            return new RunFiles(directory, write(directory));
        } catch (Exception | Error e) {
            delete(directory);
            throw e;
        }
    }

    private static TlsFiles write(Path directory) throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .ecp256()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        TlsFiles tls = new TlsFiles(
                Files.writeString(directory.resolve("chain.pem"), certificate.getCertificatePathPEM()),
                Files.writeString(directory.resolve("key.pem"), certificate.getPrivateKeyPEM()));
        try (InputStream program = ServerKind.class.getResourceAsStream(PYTHON)) {
            if (program == null) {
                throw new IOException("this program lacks its resource " + PYTHON);
            }
            Files.copy(program, directory.resolve(PYTHON));
        }
        return tls;
    }

    /**
     * Returns the certificate.
     *
     * @return a certificate for localhost and its key
     */
    public TlsFiles tls() {
        return tls;
    }

    @Override
    public Path path() {
        return directory.resolve(PYTHON);
    }

    @Override
    public void close() throws IOException {
        delete(directory);
    }

    private static void delete(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(directory)) {
            files = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
