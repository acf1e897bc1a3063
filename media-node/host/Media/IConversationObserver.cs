using OrleansAcd.Audio;
using OrleansAcd.Audio.Detection;
using OrleansAcd.Rtp;

namespace OrleansAcd.MediaNode.Media;

/// <summary>Told what happens in a conversation; on the loop's thread, and free to change the conversation at
/// once.</summary>
public interface IConversationObserver
{
    /// <param name="party">Who heard it.</param>
    /// <param name="clip">What played.</param>
    /// <param name="isComplete">False when it was cut or replaced.</param>
    void OnPlayEnded(MediaParty party, AudioClip clip, bool isComplete);

    /// <summary>A key was pressed and let go. Never log it.</summary>
    void OnDigit(MediaParty party, PressedKey key);

    /// <summary>A fax machine, a progress tone, a person or a machine was heard: what
    /// <see cref="AudioConversation.Listen"/> asked for; each time that it is heard.</summary>
    void OnSignal(MediaParty party, SignalKind signal);

    /// <summary>The address a party's packets really come from is known, or has changed.</summary>
    void OnLatched(MediaParty party, TransportAddress peer);

    /// <summary>Nothing came from a party that should speak; said once per silence.</summary>
    void OnRtpTimeout(MediaParty party, TimeSpan silence);

    /// <summary>An invariant broke: end this conversation.</summary>
    void OnFault(AudioConversation conversation, Exception error);
}
