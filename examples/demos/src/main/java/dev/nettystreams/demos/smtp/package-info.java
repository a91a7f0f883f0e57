/** Mail over SMTP with STARTTLS (RFC 5321, RFC 3207): a server that accepts it, and a client that sends it. */
@NullMarked
package dev.nettystreams.demos.smtp;

import org.jspecify.annotations.NullMarked;
