package dev.nettystreams.demos.smtp;

/**
 * The capabilities and requirements of a server.
 *
 * @param name the name in its greeting
 * @param mostBytes the maximum size of a mail
 * @param offersTls whether it offers {@code STARTTLS}
 * @param requiresTls whether it requires TLS for everything else
 */
record ServerPolicy(String name, int mostBytes, boolean offersTls, boolean requiresTls) {}
