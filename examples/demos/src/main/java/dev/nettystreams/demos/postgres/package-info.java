/** A small client that speaks PostgreSQL's protocol, from its own way into TLS to a table on the screen. */
@NullMarked
package dev.nettystreams.demos.postgres;

import org.jspecify.annotations.NullMarked;
