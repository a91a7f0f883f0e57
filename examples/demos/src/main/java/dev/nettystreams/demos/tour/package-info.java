/** A tour of the library, one class for each stop. */
@NullMarked
package dev.nettystreams.demos.tour;

import org.jspecify.annotations.NullMarked;
