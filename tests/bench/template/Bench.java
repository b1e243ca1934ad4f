// The Java side of the benchmark "template", with Apache Velocity 1.7: java Bench <template> <data.json>.
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
        Map<?, ?> data = (Map<?, ?>) Json.read(Files.readString(Paths.get(arguments[1])));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("text")) {
                out.println(Json.quote(evaluate(template, data)));
            } else {
                out.println(rate(template, data, Double.parseDouble(line) / 1000));
            }
        }
    }
}
