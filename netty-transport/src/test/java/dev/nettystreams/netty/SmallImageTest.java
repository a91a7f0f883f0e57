package dev.nettystreams.netty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** O3: the streams in a run-time image without Flight Recorder, and in a program without Micrometer. */
class SmallImageTest {
    @Test
    void streams_needNeitherFlightRecorder_norMicrometer() throws Exception {
        String printed = ChildJvm.likeThisOne()
                .without("micrometer-.*")
                .withOption("--limit-modules")
                .withOption("java.base,java.logging,java.management,jdk.unsupported")
                .run(SmallImageProgram.class);
        assertThat(printed.lines()).contains("jdk.jfr: false", "line", "counts: 5, 5");
    }
}
