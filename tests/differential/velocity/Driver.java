// Evaluates templates for compare.py with Apache Velocity 1.7: java Driver.java <data.json>. Lines in
// and out as velocity_render has them. What is set up so that both can be compared, and why, is in
// cases.txt.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.lang.StringEscapeUtils;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;
import org.apache.velocity.app.event.EventCartridge;
import org.apache.velocity.app.event.ReferenceInsertionEventHandler;

public class Driver {
    /** A list of a document: prints as JSON, as the service's do. */
    public static class JsonList extends ArrayList<Object> {
        @Override
        public String toString() {
            return toJson(this);
        }
    }

    /** What the service documents of $util, by the libraries that it names. */
    public static class Util {
        public String escapeJavaScript(String text) {
            return StringEscapeUtils.escapeJavaScript(text);
        }
        public String urlEncode(String text) {
            return URLEncoder.encode(text, StandardCharsets.UTF_8);
        }
        public String urlDecode(String text) {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        }
        public String base64Encode(String text) {
            return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        }
        public String base64Decode(String text) {
            return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
        }
        public Object parseJson(String text) {
            return new Reader(text).read();
        }
    }

    /** JSON, trusting its input. */
    static class Reader {
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

    static String toJson(Object value) {
        StringBuilder out = new StringBuilder();
        if (value instanceof Map) {
            for (Map.Entry<?, ?> member : ((Map<?, ?>) value).entrySet()) {
                out.append(out.length() == 0 ? "" : ",").append(quote((String) member.getKey())).append(':')
                    .append(toJson(member.getValue()));
            }
            return "{" + out + "}";
        }
        if (value instanceof List) {
            for (Object item : (List<?>) value) {
                out.append(out.length() == 0 ? "" : ",").append(toJson(item));
            }
            return "[" + out + "]";
        }
        return value instanceof String ? quote((String) value) : String.valueOf(value);
    }

    /** Of its own: macros are the engine's. */
    static VelocityEngine engine() {
        VelocityEngine engine = new VelocityEngine();
        engine.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
        engine.setProperty("parser.pool.size", "1");
        engine.init();
        return engine;
    }

    static String answer(String template, String data, int number) {
        VelocityContext context = new VelocityContext((Map<?, ?>) new Reader(data).read());
        context.put("util", new Util());
        EventCartridge events = new EventCartridge();
        events.addEventHandler(new ReferenceInsertionEventHandler() {
            @Override
            public Object referenceInsert(String reference, Object value) {
                return value == null ? "" : value;
            }
        });
        context.attachEventCartridge(events);
        StringWriter out = new StringWriter();
        try {
            engine().evaluate(context, out, "case" + number, template.strip());
        } catch (Throwable error) {
            return "refused: " + String.valueOf(error.getMessage()).replace('\n', ' ');
        }
        return quote(out.toString());
    }

    public static void main(String[] arguments) throws Exception {
        String data = Files.readString(Paths.get(arguments[0]));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        int number = 0;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answer((String) new Reader(line).read(), data, ++number));
        }
        out.flush();
    }
}
