package dev.nettystreams.demos.postgres;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ScramMechanism;
import com.ongres.scram.common.ServerFirstMessage;
import com.ongres.scram.common.exception.ScramException;
import com.ongres.scram.common.util.TlsServerEndpoint;
import dev.nettystreams.TlsSession;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM (RFC 5802, RFC 7677): both sides prove that they know the password without sending it. Under TLS the proof is
 * bound to the server's certificate, so that an attacker on the path cannot pass it on.
 *
 * <pre>
 *   TLS   the server offers        we choose            and send
 *   yes   SCRAM-SHA-256-PLUS       SCRAM-SHA-256-PLUS   p=tls-server-end-point, or nothing if there is no
 *                                                       {@link EndPointBinding}
 *   yes   SCRAM-SHA-256 only       SCRAM-SHA-256        y: a server that has offered more detects the attack
 *   no    SCRAM-SHA-256 only       SCRAM-SHA-256        n
 *   no    SCRAM-SHA-256-PLUS       nothing: the server uses TLS with another client
 * </pre>
 */
final class ScramExchange {
    private static final ScramMechanism BARE = ScramMechanism.SCRAM_SHA_256;
    private static final ScramMechanism BOUND = ScramMechanism.SCRAM_SHA_256_PLUS;
    private static final int HASH_BITS = 256;
    private static final int NONCE_BYTES = 24;

    /** A placeholder for a binding that is not used: without one the library would send "n". */
    private static final byte[] NOT_SENT = {0};

    /** PostgreSQL asks for 4096. The limit bounds the computation that a server can cause, to about a second. */
    private static final int MOST_ITERATIONS = 1_000_000;

    private final ScramMechanism mechanism;
    private final byte @Nullable [] binding;
    private final char[] password;
    private final String nonce = ScramFunctions.nonce(NONCE_BYTES, new SecureRandom());
    private ScramClient client;

    /**
     * Starts an exchange.
     *
     * @param binding the channel binding, or null if the client cannot bind
     * @param password the prepared password
     */
    private ScramExchange(ScramMechanism mechanism, byte @Nullable [] binding, char[] password) {
        this.mechanism = mechanism;
        this.binding = binding;
        this.password = password;
        client = client(new byte[1]); // the first message needs no password
    }

    /**
     * Chooses a mechanism.
     *
     * @param offered the mechanisms that the server offers
     * @param password not empty
     * @param tls null in plaintext
     * @param requiresBinding whether to refuse a login without channel binding
     */
    static ScramExchange begin(List<String> offered, String password, @Nullable TlsSession tls, boolean requiresBinding)
            throws IOException {
        boolean isBound = offered.contains(BOUND.getName());
        if (isBound && tls == null) {
            throw new IOException(
                    "the server offers " + BOUND.getName() + " without TLS: someone on the path may have removed TLS");
        }
        if (!isBound && requiresBinding) {
            throw new IOException(
                    "the server does not offer channel binding, which --require-channel-binding insists on");
        }
        if (!isBound && !offered.contains(BARE.getName())) {
            throw new IOException("the server offers neither " + BOUND.getName() + " nor " + BARE.getName());
        }
        byte[] binding = tls == null ? null : isBound ? bindingTo(tls) : NOT_SENT;
        return new ScramExchange(isBound ? BOUND : BARE, binding, PasswordPreparation.of(password));
    }

    private static byte[] bindingTo(TlsSession tls) throws IOException {
        if (tls.peerCertificates().isEmpty()
                || !(tls.peerCertificates().get(0) instanceof X509Certificate certificate)) {
            throw new IOException("the login cannot be bound to the server's certificate: the server has sent none");
        }
        return EndPointBinding.of(certificate);
    }

    /** The library prepares passwords in its own way, except for those that are salted already. */
    private ScramClient client(byte[] saltedPassword) {
        var stage = ScramClient.builder()
                .advertisedMechanisms(List.of(mechanism.getName()))
                .username("*") // the server uses the one in the startup message
                .saltedPassword(saltedPassword)
                .nonceSupplier(() -> nonce);
        return (binding == null ? stage : stage.channelBinding(TlsServerEndpoint.TLS_SERVER_END_POINT, binding))
                .build();
    }

    String mechanism() {
        return mechanism.getName();
    }

    String first() {
        return client.clientFirstMessage().toString();
    }

    String answer(String challenge) throws BackendProtocolException {
        try {
            ServerFirstMessage parsed = ServerFirstMessage.parseFrom(challenge, nonce);
            int iterations = parsed.getIterationCount();
            if (iterations > MOST_ITERATIONS) {
                throw new BackendProtocolException("SCRAM with " + iterations + " iterations");
            }
            client = client(salted(Base64.getDecoder().decode(parsed.getSalt()), iterations));
            client.clientFirstMessage();
            client.serverFirstMessage(challenge);
            return client.clientFinalMessage().toString();
        } catch (ScramException | IllegalArgumentException e) {
            throw broken(e);
        }
    }

    private byte[] salted(byte[] salt, int iterations) {
        try {
            PBEKeySpec spec = new PBEKeySpec(password, salt, iterations, HASH_BITS);
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has PBKDF2WithHmacSHA256", e);
        }
    }

    /** Throws unless the server has proved that it knows the password. */
    void verify(String outcome) throws BackendProtocolException {
        try {
            client.serverFinalMessage(outcome);
        } catch (ScramException | IllegalArgumentException e) {
            throw broken(e);
        }
    }

    private static BackendProtocolException broken(Exception cause) {
        return new BackendProtocolException("SCRAM: " + Printable.of(String.valueOf(cause.getMessage())), cause);
    }
}
