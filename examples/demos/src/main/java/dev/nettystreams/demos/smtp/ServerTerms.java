package dev.nettystreams.demos.smtp;

/**
 * What a server offers and asks for.
 *
 * @param name by which it introduces itself
 * @param mostBytes the largest mail
 * @param offersTls whether {@code STARTTLS} is there
 * @param requiresTls whether nothing goes on without it
 */
record ServerTerms(String name, int mostBytes, boolean offersTls, boolean requiresTls) {}
