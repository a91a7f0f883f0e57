/** A chat room whose slow readers hold nobody up. */
@NullMarked
package dev.nettystreams.demos.chat;

import org.jspecify.annotations.NullMarked;
