/** A walk through what the library can do, one class for each stop. */
@NullMarked
package dev.nettystreams.demos.tour;

import org.jspecify.annotations.NullMarked;
