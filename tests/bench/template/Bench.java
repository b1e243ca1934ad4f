// The Java side of the benchmark "template", with Apache Velocity 1.7: java Bench.java <template> <data.json>.
// Lines in and out as turnpike-bench-template has them.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.lang.StringEscapeUtils;
import org.apache.velocity.Template;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.runtime.RuntimeInstance;

public class Bench {
    public static class Util {
        public String escapeJavaScript(String text) {
            return StringEscapeUtils.escapeJavaScript(text);
        }
    }

    public static class Input {
        private final Map<?, ?> data;

        Input(Map<?, ?> data) {
            this.data = data;
        }

        public Object path(String path) {
            return data.get("path");
        }

        public Object params() {
            return data.get("params");
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
            List<Object> list = new ArrayList<>();
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

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    static String evaluate(Template template, Map<?, ?> data) {
        VelocityContext context = new VelocityContext();
        context.put("input", new Input(data));
        context.put("util", new Util());
        context.put("context", data.get("context"));
        StringWriter out = new StringWriter(2048);
        template.merge(context, out);
        return out.toString();
    }

    static double rate(Template template, Map<?, ?> data, double seconds) {
        long start = THREADS.getCurrentThreadCpuTime();
        long now = start;
        long count = 0;
        for (; (now - start) / 1e9 < seconds; now = THREADS.getCurrentThreadCpuTime()) {
            for (int n = 0; n < 64; ++n, ++count) {
                if (evaluate(template, data).isEmpty()) {
                    return 0;
                }
            }
        }
        return count / ((now - start) / 1e9);
    }

    public static void main(String[] arguments) throws Exception {
        RuntimeInstance runtime = new RuntimeInstance();
        runtime.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
        runtime.init();
        Template template = new Template();
        template.setRuntimeServices(runtime);
        template.setName("typical");
        template.setData(runtime.parse(new StringReader(Files.readString(Paths.get(arguments[0])).strip()), "typical"));
        template.initDocument();
        Map<?, ?> data = (Map<?, ?>) new Reader(Files.readString(Paths.get(arguments[1]))).read();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("text")) {
                out.println(quote(evaluate(template, data)));
            } else {
                out.println(rate(template, data, Double.parseDouble(line) / 1000));
            }
        }
    }
}
