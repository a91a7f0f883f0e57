package dev.nettystreams.demos.postgres;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.StringPreparation;
import com.ongres.scram.common.exception.ScramException;
import com.ongres.scram.common.util.TlsServerEndpoint;
import dev.nettystreams.TlsSession;
import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM (RFC 5802, RFC 7677): both sides prove that they know the password, and neither tells it. Under TLS the proof is bound to the
 * certificate that the server has shown ({@code tls-server-end-point}, RFC 5929), so that nobody in between can pass it on.
 */
final class ScramExchange {
    private static final List<String> MECHANISMS = List.of("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS");

    /** PostgreSQL asks for 4096. What a server may make us compute has a bound: this takes about a second. */
    private static final int MOST_ITERATIONS = 1_000_000;

    private final ScramClient client;

    private ScramExchange(ScramClient client) {
        this.client = client;
    }

    /**
     * Chooses a mechanism.
     *
     * @param offered by the server
     * @param password not empty
     * @param tls null in clear
     */
    static ScramExchange begin(List<String> offered, String password, @Nullable TlsSession tls) throws IOException {
        List<String> known = offered.stream().filter(MECHANISMS::contains).toList();
        if (known.isEmpty()) {
            throw new IOException("the server offers none of " + MECHANISMS);
        }
        try {
            return new ScramExchange(ScramClient.builder()
                    .advertisedMechanisms(known)
                    .username("*") // the one in the startup message counts
                    .password(password.toCharArray())
                    .stringPreparation(StringPreparation.POSTGRESQL_PREPARATION)
                    .channelBinding(TlsServerEndpoint.TLS_SERVER_END_POINT, bindingData(tls))
                    .build());
        } catch (IllegalArgumentException e) {
            throw new IOException("no SCRAM with " + known + " here: " + e.getMessage(), e);
        }
    }

    private static byte[] bindingData(@Nullable TlsSession tls) throws IOException {
        if (tls == null
                || tls.peerCertificates().isEmpty()
                || !(tls.peerCertificates().get(0) instanceof X509Certificate certificate)) {
            return new byte[0]; // nothing to bind to
        }
        try {
            return TlsServerEndpoint.getChannelBindingData(certificate);
        } catch (CertificateEncodingException e) {
            throw new IOException("the server's certificate cannot be used: " + e.getMessage(), e);
        }
    }

    String mechanism() {
        return client.getScramMechanism().getName();
    }

    String first() {
        return client.clientFirstMessage().toString();
    }

    String answer(String challenge) throws ProtocolException {
        try {
            int iterations = client.serverFirstMessage(challenge).getIterationCount();
            if (iterations > MOST_ITERATIONS) {
                throw new ProtocolException("SCRAM with " + iterations + " iterations");
            }
            return client.clientFinalMessage().toString();
        } catch (ScramException | IllegalArgumentException e) {
            throw broken(e);
        }
    }

    /** Whether the server knows the password; an exception if it does not. */
    void verify(String outcome) throws ProtocolException {
        try {
            client.serverFinalMessage(outcome);
        } catch (ScramException | IllegalArgumentException e) {
            throw broken(e);
        }
    }

    private static ProtocolException broken(Exception cause) {
        return new ProtocolException("SCRAM: " + Printable.of(String.valueOf(cause.getMessage())), cause);
    }
}
