/** A chat room in which slow readers hold up no one. */
@NullMarked
package dev.nettystreams.demos.chat;

import org.jspecify.annotations.NullMarked;
