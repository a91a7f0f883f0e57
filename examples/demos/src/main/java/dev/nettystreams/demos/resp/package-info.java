/** A small server for Redis's protocol. */
@NullMarked
package dev.nettystreams.demos.resp;

import org.jspecify.annotations.NullMarked;
