/** The command line, and the common parts of all servers. */
@NullMarked
package dev.nettystreams.demos;

import org.jspecify.annotations.NullMarked;
