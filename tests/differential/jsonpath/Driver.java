import com.jayway.jsonpath.InvalidPathException;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.PathNotFoundException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import net.minidev.json.JSONArray;
import net.minidev.json.JSONStyle;
import net.minidev.json.JSONValue;

/** Evaluates each line of the input, ["expression","document"], and prints what Jayway JsonPath says of it. */
public class Driver {
    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream output = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            JSONArray pair = (JSONArray) JSONValue.parseStrict(line);
            output.println(evaluate((String) pair.get(0), (String) pair.get(1)).replace('\n', ' '));
        }
        output.flush();
    }

    private static String evaluate(String expression, String document) {
        JsonPath path;
        try {
            path = JsonPath.compile(expression);
        } catch (InvalidPathException | IllegalArgumentException refused) {
            return "refused " + refused.getMessage();
        }
        String kind = path.isDefinite() ? "definite " : "indefinite ";
        try {
            return kind + JSONValue.toJSONString(JsonPath.parse(document).read(path), JSONStyle.LT_COMPRESS);
        } catch (PathNotFoundException missing) {
            return kind + "nothing";
        } catch (RuntimeException failed) {
            return "error " + failed;
        }
    }
}
