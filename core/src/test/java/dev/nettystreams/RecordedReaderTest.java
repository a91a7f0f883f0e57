package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Recorded runs of CPython's {@code StreamReader}, replayed. The system property {@code conformance.vectors} names
 * another file of the same format.
 */
class RecordedReaderTest {
    private static final int MOST_SHOWN = 10;

    @Test
    void reader_behavesAsRecorded() throws IOException {
        List<String> differences = new ArrayList<>();
        int count = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(open(), StandardCharsets.UTF_8))) {
            for (String line; (line = lines.readLine()) != null; ) {
                if (!line.isBlank()) {
                    count++;
                    addDifference(line, differences);
                }
            }
        }
        System.out.println("conformance vectors run: " + count + ", different: " + differences.size());
        assertThat(count).as("vectors").isPositive();
        assertThat(differences.subList(0, Math.min(MOST_SHOWN, differences.size())))
                .as("the first of %d differences", differences.size())
                .isEmpty();
    }

    private static void addDifference(String line, List<String> differences) {
        @SuppressWarnings("unchecked")
        Map<String, Object> vector = (Map<String, Object>) Json.parse(line);
        String difference = VectorRun.difference(vector);
        if (difference != null) {
            differences.add(difference);
        }
    }

    private static InputStream open() throws IOException {
        String file = System.getProperty("conformance.vectors");
        if (file != null && !file.isEmpty()) {
            return Files.newInputStream(Path.of(file));
        }
        return Objects.requireNonNull(
                RecordedReaderTest.class.getResourceAsStream("/stream-reader-vectors.jsonl"), "the recorded runs");
    }
}
