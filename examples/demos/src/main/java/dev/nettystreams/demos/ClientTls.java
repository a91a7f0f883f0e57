package dev.nettystreams.demos;

import dev.nettystreams.tls.Tls;
import dev.nettystreams.tls.TlsClient;
import dev.nettystreams.tls.TlsTrust;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whom a client believes. */
public final class ClientTls {
    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Believe the certificates in this PEM file instead of the system's.")
    @Nullable
    Path trusted;

    @Option(names = "--insecure", description = "Believe anybody: whoever is in between can read and write everything.")
    boolean isInsecure;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    /**
     * Whether anything was said of it.
     *
     * @return true if one of the options was given
     */
    public boolean isGiven() {
        return trusted != null || isInsecure;
    }

    /**
     * The client's side of TLS, on the terms that were given.
     *
     * @return still without a host
     * @throws ParameterException if a file cannot be read
     */
    public TlsClient client() {
        if (isInsecure) {
            return Tls.client().trusting(TlsTrust.insecureAnybody()).insecureWithoutHostName();
        }
        if (trusted == null) {
            return Tls.client();
        }
        if (!Files.isReadable(trusted)) {
            throw new ParameterException(command.commandLine(), "cannot be read: " + trusted);
        }
        return Tls.client().trusting(TlsTrust.pem(trusted));
    }
}
