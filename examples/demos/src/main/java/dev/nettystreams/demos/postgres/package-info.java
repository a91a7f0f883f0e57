/** A small client for PostgreSQL's protocol, from its own upgrade to TLS to a table on the screen. */
@NullMarked
package dev.nettystreams.demos.postgres;

import org.jspecify.annotations.NullMarked;
