using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace CityTwin.Console.Api;

/// <summary>
/// How a method of the contract is asked over REST, as its <c>google.api.http</c> rule says: fields that the path names go
/// there, all others into the body or, where there is none, behind the question mark. Values are written as proto3 JSON
/// writes them.
/// </summary>
/// <param name="Verb">GET, POST or DELETE: the contract knows no other.</param>
/// <param name="Template">Such as <c>/v1/{name=segments/*}:fail</c>.</param>
/// <param name="HasBody">True when the rule says <c>body: "*"</c>: the contract has no other bodies.</param>
internal sealed partial record RestRule(string Verb, string Template, bool HasBody)
{
    private const string AnySegment = "*";

    /// <exception cref="InvalidOperationException">The method is not to be had over REST.</exception>
    public static RestRule Of(MethodDescriptor method)
    {
        var rule = method.GetOptions()?.GetExtension(AnnotationsExtensions.Http);
        return rule switch
        {
            { PatternCase: HttpRule.PatternOneofCase.Get, Body: "" } => new("GET", rule.Get, HasBody: false),
            { PatternCase: HttpRule.PatternOneofCase.Delete, Body: "" } => new("DELETE", rule.Delete, HasBody: false),
            { PatternCase: HttpRule.PatternOneofCase.Post, Body: "*" } => new("POST", rule.Post, HasBody: true),
            _ => throw new InvalidOperationException($"{method.FullName} has no rule for REST that is understood here: {rule}"),
        };
    }

    /// <exception cref="RpcException">INVALID_ARGUMENT: what belongs into the path does not fit there.</exception>
    public (string Url, string? Body) Write(IMessage request)
    {
        var rest = JsonNode.Parse(JsonFormatter.Default.Format(request))!.AsObject();
        var path = Variable().Replace(Template, variable =>
        {
            var field = request.Descriptor.FindFieldByName(variable.Groups[1].Value);
            rest.Remove(field.JsonName);
            return Segments(field.Name, Convert.ToString(field.Accessor.GetValue(request), CultureInfo.InvariantCulture)!, variable.Groups[2].Success ? variable.Groups[2].Value : AnySegment);
        });
        if (HasBody)
        {
            return (path, rest.ToJsonString());
        }

        var parameters = string.Join('&', Parameters("", rest).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"));
        return (parameters.Length == 0 ? path : $"{path}?{parameters}", null);
    }

    /// <summary>A browser takes dots for the way up, escaped or not: such a name would be another path.</summary>
    private static string Segments(string field, string value, string pattern)
    {
        var (given, wanted) = (value.Split('/'), pattern.Split('/'));
        return given.Length == wanted.Length && given.Zip(wanted).All(pair => pair.Second == AnySegment ? pair.First is not ("" or "." or "..") : pair.First == pair.Second)
            ? string.Join('/', given.Select(Uri.EscapeDataString))
            : throw new RpcException(new(StatusCode.InvalidArgument, $"{field} is '{value}'; it looks like '{pattern}'."));
    }

    /// <summary>A nested field is named with its parents and dots, a repeated one as often as it has values.</summary>
    private static IEnumerable<(string Name, string Value)> Parameters(string prefix, JsonObject fields) => fields.SelectMany(field => field.Value switch
    {
        JsonObject nested => Parameters($"{prefix}{field.Key}.", nested),
        JsonArray several => several.Select(each => ($"{prefix}{field.Key}", each!.ToString())),
        _ => [($"{prefix}{field.Key}", field.Value!.ToString())],
    });

    [GeneratedRegex(@"\{(\w+)(?:=([^}]+))?\}")]
    private static partial Regex Variable();
}
