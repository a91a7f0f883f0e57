/** The examples of asyncio's documentation, one program each. */
@NullMarked
package dev.nettystreams.demos.classic;

import org.jspecify.annotations.NullMarked;
