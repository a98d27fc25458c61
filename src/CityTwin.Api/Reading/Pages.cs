using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using CityTwin.Api.Access;
using CityTwin.Api.Errors;
using CityTwin.Core.Views;
using CityTwin.Core.Views.Filtering;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CityTwin.Api.Reading;

/// <summary>One page of a list.</summary>
internal readonly record struct Page<TMessage>(IReadOnlyList<TMessage> Items, string NextPageToken);

/// <summary>Where a page of what is no collection of the city begins, and what belongs on it.</summary>
internal readonly record struct PageStart<TItem>(int Size, Match<TItem> Match, string? After, string Mark)
{
    public string TokenOf(string after) => Pages.TokenOf(Mark, after);
}

/// <summary>Reads collections: one, several, a page.</summary>
internal static class Pages
{
    private const int FilterMarkBytes = 6;

    /// <exception cref="RpcException">NOT_FOUND, or INVALID_ARGUMENT for a name of another kind.</exception>
    /// <param name="field">The field that the name stands in.</param>
    public static TItem Find<TItem, TMessage>(Collection<TItem, TMessage> collection, CityVersion version, string name, string field = "name")
    {
        if (ResourceNames.IdOf(name, collection.Prefix) is not { } id)
        {
            var text = $"'{name}' is no name such as '{collection.Prefix}...'.";
            throw ApiErrors.With(StatusCode.InvalidArgument, ErrorReason.InvalidFields, text, [new(field, text)]);
        }

        var (item, found) = collection.Find(version, id);
        return found ? item : throw ApiErrors.NotFound(name);
    }

    public static IEnumerable<TMessage> BatchGet<TItem, TMessage>(
        Collection<TItem, TMessage> collection, CityVersion version, IReadOnlyList<string> names, ApiOptions options)
    {
        var violations = new Violations();
        violations.Range("names", names.Count, 1, options.PageSizeMax);
        violations.Throw();
        return [.. names.Select((name, at) => collection.Message(version, Find(collection, version, name, FormattableString.Invariant($"names[{at}]"))))];
    }

    public static Page<TMessage> List<TItem, TMessage>(
        Collection<TItem, TMessage> collection, CityVersion version, CallAccess access, int pageSize, string pageToken, string filter, ApiOptions options,
        Timestamp? asOf)
    {
        var size = SizeOf(pageSize, options);
        var (match, among) = FilterOf(collection, version, access, filter);
        var mark = MarkOf(collection.Prefix, asOf is null ? filter : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{filter}\n{asOf.Seconds} {asOf.Nanos}"));
        var items = new List<TMessage>();
        var last = default(string);
        foreach (var item in collection.After(version, among, AfterOf(pageToken, mark)))
        {
            if (!match(version, item))
            {
                continue;
            }

            if (items.Count == size)
            {
                return new(items, TokenOf(mark, last!));
            }

            items.Add(collection.Message(version, item));
            last = collection.IdOf(version, item);
        }

        return new(items, "");
    }

    /// <exception cref="RpcException">INVALID_ARGUMENT: the size, the token or the filter is wrong.</exception>
    public static PageStart<TItem> Begin<TItem>(
        string list, int pageSize, string pageToken, string filter, FilterSchema<TItem> schema, CityVersion version, ApiOptions options)
    {
        var mark = MarkOf(list, filter);
        return new(SizeOf(pageSize, options), FilterOf(schema, version, filter).Match, AfterOf(pageToken, mark), mark);
    }

    /// <summary>A page of what is no resource collection: by position.</summary>
    public static (IReadOnlyList<T> Items, string NextPageToken) Slice<T>(
        string list, IReadOnlyList<T> all, int pageSize, string pageToken, ApiOptions options)
    {
        var size = SizeOf(pageSize, options);
        var mark = MarkOf(list, "");
        var start = 0;
        if (AfterOf(pageToken, mark) is { } after && (!int.TryParse(after, out start) || start < 0 || start > all.Count))
        {
            throw ApiErrors.InvalidPageToken("page_token is beyond the end of this list.");
        }

        var end = Math.Min(all.Count, start + size);
        return ([.. all.Skip(start).Take(end - start)], end < all.Count ? TokenOf(mark, end.ToString(System.Globalization.CultureInfo.InvariantCulture)) : "");
    }

    /// <returns>What decides whether a thing is meant and seen, and the places to look at (null = all).</returns>
    /// <exception cref="RpcException">INVALID_ARGUMENT with the position of the fault.</exception>
    public static (Match<TItem> Match, ImmutableArray<int>? Among) FilterOf<TItem, TMessage>(
        Collection<TItem, TMessage> collection, CityVersion version, CallAccess access, string filter)
    {
        var (match, among) = FilterOf(collection.Schema, version, filter);
        var sight = access.In(version.Index);
        return (sight.IsEverything ? match : (at, item) => collection.IsSeen(sight, at.Index, item) && match(at, item), among);
    }

    private static (Match<TItem> Match, ImmutableArray<int>? Among) FilterOf<TItem>(FilterSchema<TItem> schema, CityVersion version, string filter)
    {
        var (expression, fault) = FilterParser.Parse(filter);
        Match<TItem>? match = null;
        if (fault is null)
        {
            (match, fault) = schema.Compile(expression, version);
        }

        return fault is null ? (match!, schema.Narrow(expression, version.Index)) : throw ApiErrors.With(
            StatusCode.InvalidArgument,
            ErrorReason.InvalidFilter,
            $"filter, {fault}",
            [new("filter", fault.ToString(), fault.Code)],
            ("position", fault.Position.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    public static int SizeOf(int pageSize, ApiOptions options)
    {
        var violations = new Violations();
        violations.Range("page_size", pageSize, 0, options.PageSizeMax);
        violations.Throw();
        return pageSize == 0 ? options.PageSizeDefault : pageSize;
    }

    /// <summary>Ties a token to the list and the filter it was made for.</summary>
    public static string MarkOf(string list, string filter) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{list}\n{filter}")).AsSpan(0, FilterMarkBytes));

    public static string TokenOf(string mark, string after) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{mark} {after}"));

    public static string? AfterOf(string token, string mark)
    {
        if (token.Length == 0)
        {
            return null;
        }

        if (!Base64Url.IsValid(token) || Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split(' ') is not [var made, var after])
        {
            throw ApiErrors.InvalidPageToken("page_token is none of this server.");
        }

        return made == mark ? after : throw ApiErrors.InvalidPageToken("page_token belongs to another list or another filter.");
    }
}
