/** The command line, and what all its servers have in common. */
@NullMarked
package dev.nettystreams.demos;

import org.jspecify.annotations.NullMarked;
