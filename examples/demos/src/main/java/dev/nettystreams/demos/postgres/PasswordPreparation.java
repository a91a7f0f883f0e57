package dev.nettystreams.demos.postgres;

import com.ongres.stringprep.Option;
import com.ongres.stringprep.Profile;
import java.text.Normalizer;
import java.util.EnumSet;
import java.util.Set;

/**
 * The form of a password that PostgreSQL stores and compares: SASLprep (RFC 4013) with two deviations, and the
 * unchanged password where SASLprep forbids it.
 *
 * <p>The deviations: U+200B becomes a space, and forbidden characters are checked before the characters are composed.
 * The library's profile does both the other way round.
 */
final class PasswordPreparation {
    private static final char ZERO_WIDTH_SPACE = 0x200b;

    private static final Profile MAPPED_AND_CHECKED = new Profile() {
        @Override
        public Set<Option> profile() {
            return EnumSet.of(
                    Option.MAP_TO_NOTHING,
                    Option.ADDITIONAL_MAPPING,
                    Option.FORBID_NON_ASCII_SPACES,
                    Option.FORBID_ASCII_CONTROL,
                    Option.FORBID_NON_ASCII_CONTROL,
                    Option.FORBID_PRIVATE_USE,
                    Option.FORBID_NON_CHARACTER,
                    Option.FORBID_SURROGATE,
                    Option.FORBID_INAPPROPRIATE_FOR_PLAIN_TEXT,
                    Option.FORBID_INAPPROPRIATE_FOR_CANON_REP,
                    Option.FORBID_CHANGE_DISPLAY_AND_DEPRECATED,
                    Option.FORBID_TAGGING,
                    Option.CHECK_BIDI);
        }

        @Override
        public int[] additionalMappingTable(int codePoint) {
            return new int[] {Character.getType(codePoint) == Character.SPACE_SEPARATOR ? ' ' : codePoint};
        }
    };

    private PasswordPreparation() {}

    /**
     * Prepares a password.
     *
     * @param password not empty
     * @return not empty
     */
    static char[] of(String password) {
        if (password.chars().allMatch(each -> each < 0x80)) {
            return password.toCharArray();
        }
        char[] spaced = password.replace(ZERO_WIDTH_SPACE, ' ').toCharArray();
        try {
            String checked = new String(MAPPED_AND_CHECKED.prepareStored(spaced));
            return Normalizer.normalize(checked, Normalizer.Form.NFKC).toCharArray();
        } catch (IllegalArgumentException | IndexOutOfBoundsException forbidden) {
            // The library throws the second one for a password that is empty after the mapping.
            return password.toCharArray();
        }
    }
}
