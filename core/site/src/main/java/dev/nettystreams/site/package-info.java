/** The API site: makes one Javadoc of all modules, and checks what it has made. */
@NullMarked
package dev.nettystreams.site;

import org.jspecify.annotations.NullMarked;
