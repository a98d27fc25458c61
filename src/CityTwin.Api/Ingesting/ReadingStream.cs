using System.Collections.Immutable;
using System.Threading.Channels;
using CityTwin.Api.Access;
using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Sensing;
using Grpc.Core;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Ingesting;

/// <summary>
/// One stream of readings. Messages are stored side by side and answered in the order they came, each once all of it is
/// durable. A message that could not be stored ends the stream before it is answered: its sender sends it again.
/// </summary>
internal sealed class ReadingStream(ReadingDoor door, Doors doors, ApiOptions limits, ServerCallContext context) : IDisposable
{
    private static readonly ReadingRefusal OutOfScope = new("OutOfScope", "The credential does not speak for this sensor, or the city has none such.");

    /// <summary>As many as may be unanswered; not the channel's capacity, which would not count the one that is being answered.</summary>
    private readonly SemaphoreSlim _room = new(limits.ReadingMessagesAheadMax);

    private readonly Channel<Task<V1.SendReadingsResponse>> _unanswered = Channel.CreateBounded<Task<V1.SendReadingsResponse>>(
        new BoundedChannelOptions(limits.ReadingMessagesAheadMax) { SingleReader = true, SingleWriter = true });

    /// <summary>Runs until the sender has sent all and every message is answered.</summary>
    public async Task Run(IAsyncStreamReader<V1.SendReadingsRequest> messages, IServerStreamWriter<V1.SendReadingsResponse> answers)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var reading = Read(messages, ended.Token);
        try
        {
            await foreach (var storing in _unanswered.Reader.ReadAllAsync(ended.Token))
            {
                await answers.WriteAsync(await storing.WaitAsync(ended.Token), ended.Token);
                _room.Release();
            }
        }
        finally
        {
            // The reader must not outlive the call: its stream is gone then.
            await ended.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _room.Dispose();

    private async Task Read(IAsyncStreamReader<V1.SendReadingsRequest> messages, CancellationToken ended)
    {
        try
        {
            for (var number = 1L; ; number++)
            {
                await _room.WaitAsync(ended);
                if (!await messages.MoveNext(ended))
                {
                    break;
                }

                await _unanswered.Writer.WriteAsync(await Begin(messages.Current, number, ended), ended);
            }

            _unanswered.Writer.Complete();
        }
        catch (Exception failure)
        {
            // Those before it are answered first.
            _unanswered.Writer.Complete(failure);
        }
    }

    private async Task<Task<V1.SendReadingsResponse>> Begin(V1.SendReadingsRequest message, long number, CancellationToken ended)
    {
        if (message.Readings.Count > limits.ReadingsPerMessageMax)
        {
            var text = $"Message {number} has {message.Readings.Count} readings; send at most {limits.ReadingsPerMessageMax} in one.";
            throw ApiErrors.With(StatusCode.InvalidArgument, ErrorReason.InvalidFields, text, [new("readings", text, "TOO_LONG")]);
        }

        var (http, access) = (context.GetHttpContext(), context.Access());
        var sent = message.Readings.Select(Of).ToList();
        var mayBeSaid = sent.ConvertAll(reading => doors.MaySpeakFor(http, access, reading.Sensor));
        var storing = await door.Begin([.. sent.Where((_, index) => mayBeSaid[index])], message.CalculateSize(), ended);
        return Answer(number, mayBeSaid, storing);
    }

    private static async Task<V1.SendReadingsResponse> Answer(long number, List<bool> mayBeSaid, Task<ImmutableArray<ReadingRefusal?>> storing)
    {
        var results = await storing;
        var answer = new V1.SendReadingsResponse { MessageNumber = number };
        for (var (index, stored) = (0, 0); index < mayBeSaid.Count; index++)
        {
            if ((mayBeSaid[index] ? results[stored++] : OutOfScope) is { } refusal)
            {
                answer.Refused.Add(new V1.RefusedReading { Index = index, Code = refusal.Code, Text = refusal.Text });
            }
            else
            {
                answer.Stored++;
            }
        }

        return answer;
    }

    /// <summary>As it was said; what is wrong with it the ingest finds, which puts it on record.</summary>
    private static SentReading Of(V1.NewReading said) => new(
        new(ResourceNames.IdOf(said.Sensor, ResourceNames.Sensors) ?? said.Sensor),
        said.HasValue || said.Word.Length > 0 ? new(said.HasValue ? said.Value : null, said.Word.Length > 0 ? said.Word : null) : null,
        said.Unit.Length > 0 ? said.Unit : null,
        Times.Of(said.ObserveTime),
        said.HasBoot ? said.Boot : null,
        said.HasSequence ? said.Sequence : null);
}
