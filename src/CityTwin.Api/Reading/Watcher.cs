using System.Collections.Immutable;
using CityTwin.Api.Access;
using CityTwin.Api.Errors;
using CityTwin.Core.Views;
using CityTwin.Core.Views.Filtering;
using CityTwin.Grains.Viewing;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Reading;

/// <summary>One message of a watch, before it takes the shape of its kind.</summary>
internal readonly record struct WatchMessage<TMessage>(V1.WatchKind Kind, TMessage? Thing, string Removed, string ResumeToken);

/// <summary>
/// Sends a snapshot and then the differences between versions. A slow receiver has no queue: it gets the difference
/// between the last version it took and the newest one, however many lie between.
/// </summary>
internal sealed class Watcher(CityReader reader, StreamLimit streams, TracedChanges traced, ApiInstruments instruments, IOptions<ApiOptions> options, TimeProvider time)
{
    /// <summary>Messages that are written before what was written is sent off; a checkpoint sends off what there is.</summary>
    private const int WrittenTogether = 64;

    private static readonly WriteOptions Hold = new(WriteFlags.BufferHint);

    public async Task Run<TItem, TMessage, TResponse>(
        Collection<TItem, TMessage> collection,
        string filter,
        string resumeToken,
        IServerStreamWriter<TResponse> responses,
        Func<WatchMessage<TMessage>, TResponse> response,
        ServerCallContext context)
    {
        using var stream = streams.Enter();
        var (access, cancellation) = (context.Access(), context.CancellationToken);
        var send = SenderTo(responses, response, context);
        var stand = traced.Newest;
        var version = reader.Newest;
        var (match, among) = Pages.FilterOf(collection, version, access, filter);
        if (resumeToken.Length == 0)
        {
            await Snapshot(collection, version, match, among, send);
        }
        else
        {
            version = await Resume(collection, access, version, match, among, resumeToken, send, cancellation);
        }

        await Checkpoint(version, send);
        while (true)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(options.Value.WatchIntervalMilliseconds), time, cancellation);
            var heartbeat = TimeSpan.FromMilliseconds(options.Value.HeartbeatMilliseconds);
            if (await reader.Beyond(version.Seq, heartbeat, cancellation) is not { } next)
            {
                await Checkpoint(version, send);
                continue;
            }

            // The names of things are their kind in the plural.
            using var delivery = traced.Deliver(ref stand, next.Seq, kind => collection.Prefix.StartsWith(kind, StringComparison.Ordinal));
            if (!ReferenceEquals(next.Index, version.Index) || collection.RemovedAfter(next, version.Seq) is null)
            {
                (match, among) = Pages.FilterOf(collection, next, access, filter);
                instruments.Gap();
                await send(new(V1.WatchKind.Gap, default, "", ""));
                await Snapshot(collection, next, match, among, send);
                await Checkpoint(next, send);
            }
            else if (await Difference(collection, access, version, next, match, send))
            {
                await Checkpoint(next, send);
                instruments.Delivering(next.AsOf, time.GetUtcNow());
            }

            version = next;
        }
    }

    /// <summary>To send off each message by itself takes longer than to make it. Over REST there is no choice.</summary>
    private Func<WatchMessage<TMessage>, Task> SenderTo<TMessage, TResponse>(
        IServerStreamWriter<TResponse> responses, Func<WatchMessage<TMessage>, TResponse> response, ServerCallContext context)
    {
        var written = 0;
        var canHold = context.GetHttpContext().Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) is true;
        return message =>
        {
            if (canHold)
            {
                responses.WriteOptions = message.Kind == V1.WatchKind.Checkpoint || ++written % WrittenTogether == 0 ? null : Hold;
            }

            return instruments.Writing(responses.WriteAsync(response(message), context.CancellationToken));
        };
    }

    private static Task Checkpoint<TMessage>(CityVersion version, Func<WatchMessage<TMessage>, Task> send) =>
        send(new(V1.WatchKind.Checkpoint, default, "", VersionToken.Of(version).ToString()));

    private static async Task Snapshot<TItem, TMessage>(
        Collection<TItem, TMessage> collection,
        CityVersion version,
        Match<TItem> match,
        ImmutableArray<int>? among,
        Func<WatchMessage<TMessage>, Task> send)
    {
        foreach (var item in collection.After(version, among, null))
        {
            if (match(version, item))
            {
                await send(new(V1.WatchKind.Snapshot, collection.Message(version, item), "", ""));
            }
        }
    }

    private async Task<CityVersion> Resume<TItem, TMessage>(
        Collection<TItem, TMessage> collection,
        CallAccess access,
        CityVersion version,
        Match<TItem> match,
        ImmutableArray<int>? among,
        string resumeToken,
        Func<WatchMessage<TMessage>, Task> send,
        CancellationToken cancellation)
    {
        if (VersionToken.Parse(resumeToken) is not { } token)
        {
            throw ApiErrors.With(
                StatusCode.InvalidArgument, ErrorReason.InvalidFields, "resume_token is none of this server.",
                [new("resume_token", "It is none of this server.")]);
        }

        var here = VersionToken.Of(version);
        if (token.Epoch == here.Epoch && token.Definition == here.Definition)
        {
            version = await reader.AtLeast(resumeToken, cancellation);
        }

        if (VersionToken.Of(version) with { Seq = token.Seq } != token || collection.RemovedAfter(version, token.Seq) is not { } removed)
        {
            instruments.Gap();
            await send(new(V1.WatchKind.Gap, default, "", ""));
            await Snapshot(collection, version, match, among, send);
            return version;
        }

        var sight = access.In(version.Index);
        foreach (var item in collection.ChangedAfter(version, token.Seq).Where(item => collection.IsSeen(sight, version.Index, item)))
        {
            // Nobody knows whether it matched before: a removal too many does no harm.
            await send(match(version, item)
                ? new(V1.WatchKind.Changed, collection.Message(version, item), "", "")
                : new(V1.WatchKind.Removed, default, collection.Prefix + collection.IdOf(version, item), ""));
        }

        foreach (var id in removed.Where(id => collection.WasSeen(sight, version.Index, id)))
        {
            await send(new(V1.WatchKind.Removed, default, collection.Prefix + id, ""));
        }

        return version;
    }

    private static async Task<bool> Difference<TItem, TMessage>(
        Collection<TItem, TMessage> collection,
        CallAccess access,
        CityVersion before,
        CityVersion after,
        Match<TItem> match,
        Func<WatchMessage<TMessage>, Task> send)
    {
        var sent = false;
        foreach (var item in collection.ChangedAfter(after, before.Seq))
        {
            if (match(after, item))
            {
                await send(new(V1.WatchKind.Changed, collection.Message(after, item), "", ""));
                sent = true;
            }
            else if (collection.Find(before, collection.IdOf(after, item)) is { Found: true, Item: var old } && match(before, old))
            {
                await send(new(V1.WatchKind.Removed, default, collection.Prefix + collection.IdOf(after, item), ""));
                sent = true;
            }
        }

        foreach (var id in collection.RemovedAfter(after, before.Seq)!.Where(id => collection.WasSeen(access.In(after.Index), after.Index, id)))
        {
            await send(new(V1.WatchKind.Removed, default, collection.Prefix + id, ""));
            sent = true;
        }

        return sent;
    }
}
