// JSON for the Java sides of tests and benchmarks, with nothing but the platform.
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public class Json {
    /** A list of a document: prints as JSON, as the service's do. */
    public static class JsonList extends ArrayList<Object> {
        @Override
        public String toString() {
            return write(this);
        }
    }

    /** The value of a text, which is trusted: maps, lists, texts, numbers, flags, null. */
    static Object read(String text) {
        return new Reader(text).read();
    }

    /** The text as JSON. */
    static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                int plain = "\n\r\t\b\f".indexOf(c);
                out.append(plain < 0 ? String.format("\\u%04x", (int) c) : "\\" + "nrtbf".charAt(plain));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        if (value instanceof Map) {
            for (Map.Entry<?, ?> member : ((Map<?, ?>) value).entrySet()) {
                out.append(out.length() == 0 ? "" : ",").append(quote((String) member.getKey())).append(':')
                    .append(write(member.getValue()));
            }
            return "{" + out + "}";
        }
        if (value instanceof List) {
            for (Object item : (List<?>) value) {
                out.append(out.length() == 0 ? "" : ",").append(write(item));
            }
            return "[" + out + "]";
        }
        return value instanceof String ? quote((String) value) : String.valueOf(value);
    }

    private static class Reader {
        private final String text;
        private int at = 0;

        Reader(String text) {
            this.text = text;
        }

        Object read() {
            skip();
            switch (text.charAt(at)) {
                case '{':
                    return object();
                case '[':
                    return array();
                case '"':
                    return string();
                case 't':
                    at += 4;
                    return true;
                case 'f':
                    at += 5;
                    return false;
                case 'n':
                    at += 4;
                    return null;
                default:
                    return number();
            }
        }

        private void skip() {
            while (at < text.length() && " \t\r\n,:".indexOf(text.charAt(at)) >= 0) {
                ++at;
            }
        }

        private Object object() {
            Map<String, Object> map = new LinkedHashMap<>();
            ++at;
            for (skip(); text.charAt(at) != '}'; skip()) {
                String name = string();
                map.put(name, read());
            }
            ++at;
            return map;
        }

        private Object array() {
            List<Object> list = new JsonList();
            ++at;
            for (skip(); text.charAt(at) != ']'; skip()) {
                list.add(read());
            }
            ++at;
            return list;
        }

        private String string() {
            StringBuilder out = new StringBuilder();
            for (++at; text.charAt(at) != '"'; ++at) {
                char c = text.charAt(at);
                if (c != '\\') {
                    out.append(c);
                    continue;
                }
                c = text.charAt(++at);
                int plain = "nrtbf".indexOf(c);
                if (c == 'u') {
                    out.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                    at += 4;
                } else {
                    out.append(plain < 0 ? c : "\n\r\t\b\f".charAt(plain));
                }
            }
            ++at;
            return out.toString();
        }

        private Object number() {
            int from = at;
            while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
                ++at;
            }
            String digits = text.substring(from, at);
            if (digits.matches("-?[0-9]+")) {
                long value = Long.parseLong(digits);
                if (value == (int) value) {
                    return (int) value;
                }
                return value;
            }
            return Double.parseDouble(digits);
        }
    }
}
