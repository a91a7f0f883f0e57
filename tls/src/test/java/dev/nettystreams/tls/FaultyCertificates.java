package dev.nettystreams.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;

/** Certificates with one fault, and some with none. */
final class FaultyCertificates {
    private static final X509Bundle STRANGER = Certificates.root("CN=a stranger");

    private FaultyCertificates() {}

    /** Returns a certificate issued by the tests' root, like all here unless stated otherwise. */
    static CertificateBuilder leaf() {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=localhost")
                .notBefore(daysFromNow(-1))
                .notAfter(daysFromNow(1));
    }

    static CertificateBuilder localhost() {
        return leaf().addSanDnsName("localhost");
    }

    private static Instant daysFromNow(int days) {
        return Instant.now().plus(Duration.ofDays(days));
    }

    static X509Bundle issued(CertificateBuilder leaf) {
        return issued(leaf, Certificates.ROOT);
    }

    private static X509Bundle issued(CertificateBuilder leaf, X509Bundle issuer) {
        try {
            return leaf.buildIssuedBy(issuer);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static X509Bundle expired() {
        return issued(localhost().notBefore(daysFromNow(-3)).notAfter(daysFromNow(-1)));
    }

    static X509Bundle notYetValid() {
        return issued(localhost().notBefore(daysFromNow(1)).notAfter(daysFromNow(3)));
    }

    static X509Bundle selfSigned() {
        try {
            return localhost().setIsCertificateAuthority(true).buildSelfSigned();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static X509Bundle ofAnUnknownRoot() {
        return issued(localhost(), STRANGER);
    }

    static X509Bundle ofAnUnknownRootOfTheSameName() {
        return issued(localhost(), Certificates.root("CN=root of the tests"));
    }

    private static CertificateBuilder intermediate() {
        return leaf().subject("CN=intermediate").setIsCertificateAuthority(true);
    }

    static X509Bundle behindAnIntermediate() {
        return issued(localhost(), issued(intermediate()));
    }

    static X509Bundle withoutItsIntermediate() {
        X509Bundle whole = behindAnIntermediate();
        return withPath(whole, whole.getCertificate());
    }

    /** The issuing certificate has the right name and key, but may not issue certificates. */
    static X509Bundle issuedByAnEndEntity() {
        X509Bundle authority = issued(intermediate());
        X509Bundle endEntity = issued(leaf().subject("CN=intermediate").keyPair(authority.getKeyPair()));
        X509Bundle leaf = issued(localhost(), authority);
        return withPath(leaf, leaf.getCertificate(), endEntity.getCertificate());
    }

    /** The path has one intermediate more than the first of them allows. */
    static X509Bundle tooDeep() {
        X509Bundle shallow = issued(intermediate().setPathLengthConstraint(OptionalInt.of(0)));
        X509Bundle deeper = issued(intermediate().subject("CN=deeper"), shallow);
        return issued(localhost(), deeper);
    }

    /** Returns a root's name and key, certified by another root. */
    static X509Certificate certifiedBy(X509Bundle root, X509Bundle other) {
        return crossing(root, other, leaf());
    }

    static X509Certificate formerly(X509Bundle root, X509Bundle other) {
        return crossing(root, other, leaf().notBefore(daysFromNow(-3)).notAfter(daysFromNow(-1)));
    }

    private static X509Certificate crossing(X509Bundle root, X509Bundle other, CertificateBuilder dated) {
        CertificateBuilder crossing = dated.subject(root.getCertificate().getSubjectX500Principal())
                .keyPair(root.getKeyPair())
                .setIsCertificateAuthority(true);
        return issued(crossing, other).getCertificate();
    }

    private static X509Bundle withPath(X509Bundle bundle, X509Certificate... path) {
        return X509Bundle.fromCertificatePath(path, Certificates.ROOT.getCertificate(), bundle.getKeyPair());
    }
}
