/**
 * TLS: {@link dev.nettystreams.tls.Tls} creates the upgrades for {@code startTls}, {@code openConnection} and
 * {@code startServer}.
 *
 * <p>The certificate chain and host name are verified, unless a method whose name starts with {@code insecure} says
 * otherwise.
 */
@NullMarked
package dev.nettystreams.tls;

import org.jspecify.annotations.NullMarked;
