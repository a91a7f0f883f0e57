/**
 * TLS: {@link dev.nettystreams.tls.Tls} makes the upgrades that {@code startTls}, {@code openConnection} and {@code startServer} take.
 *
 * <p>Chain and host name are verified unless a method whose name begins with {@code insecure} says otherwise.
 */
@NullMarked
package dev.nettystreams.tls;

import org.jspecify.annotations.NullMarked;
