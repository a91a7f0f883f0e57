package dev.nettystreams.demos;

import dev.nettystreams.tls.Tls;
import dev.nettystreams.tls.TlsClient;
import dev.nettystreams.tls.TlsIdentity;
import dev.nettystreams.tls.TlsTrust;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The TLS options of a client: its trust and its identity. */
public final class ClientTls {
    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Trust the certificates in this PEM file instead of the system's.")
    @Nullable
    Path trusted;

    @Option(
            names = "--insecure",
            description = "Trust every server: an attacker on the path can read and change everything.")
    boolean isInsecure;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "Send the certificate chain in this PEM file to servers that ask for one; needs --key.")
    @Nullable
    Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "The certificate's private key (PEM).")
    @Nullable
    Path key;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    /**
     * Returns whether any of the options was given.
     *
     * @return true if one was given
     */
    public boolean isGiven() {
        return trusted != null || isInsecure || certificate != null || key != null;
    }

    /**
     * Returns the client side of TLS that the options describe.
     *
     * @return a client without a host
     * @throws ParameterException if a file cannot be read, or an option needs another one
     */
    public TlsClient client() {
        TlsClient client = trustingClient();
        if (certificate == null && key == null) {
            return client;
        }
        if (certificate == null || key == null) {
            throw misuse("--cert and --key need each other");
        }
        return client.identity(TlsIdentity.pem(readable(certificate), readable(key)));
    }

    private TlsClient trustingClient() {
        if (isInsecure && trusted != null) {
            throw misuse("--ca and --insecure exclude each other");
        }
        if (isInsecure) {
            return Tls.client().trusting(TlsTrust.insecureAnybody()).insecureWithoutHostName();
        }
        return trusted == null ? Tls.client() : Tls.client().trusting(TlsTrust.pem(readable(trusted)));
    }

    private Path readable(Path file) {
        if (!Files.isReadable(file)) {
            throw misuse("cannot be read: " + file);
        }
        return file;
    }

    private ParameterException misuse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
