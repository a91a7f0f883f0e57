package dev.nettystreams.benchmarks.compare;

import java.util.List;

/**
 * The columns of a table of text: a name at the left, and figures that end at the same place in each row.
 *
 * @param nameWidth the width of the first column
 * @param widths the widths of the others
 */
record TextColumns(int nameWidth, List<Integer> widths) {
    /** Returns a row of at most as many figures as there are columns. */
    String row(String name, String... figures) {
        StringBuilder row = new StringBuilder(name);
        pad(row, nameWidth - name.length());
        for (int i = 0; i < figures.length; i++) {
            pad(row, 1 + widths.get(i) - figures[i].length());
            row.append(figures[i]);
        }
        return row.toString().stripTrailing();
    }

    private static void pad(StringBuilder row, int count) {
        row.append(" ".repeat(Math.max(0, count)));
    }
}
