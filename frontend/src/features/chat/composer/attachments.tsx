import { Paperclip, X } from "lucide-react";
import { useNavigation } from "@/lib/navigation";

/** The resources that the prompt is about. */
export function Attachments() {
  const { attachments, setAttachments, openResource } = useNavigation();
  if (attachments.length === 0) return null;
  return (
    <ul aria-label="About" className="flex flex-wrap gap-1.5 px-1.5 pb-1 pt-1">
      {attachments.map((attachment) => (
        <li key={attachment.arn} className="inline-flex h-6.5 max-w-full items-center rounded-md bg-accent-soft text-xs text-accent-text" title={attachment.arn}>
          <button type="button" className="flex h-full min-w-0 items-center gap-1.5 rounded-md pl-2 hover:underline" onClick={() => openResource(attachment.arn)}>
            <Paperclip className="size-3 shrink-0" aria-hidden />
            <span className="truncate">{attachment.typeLabel} {attachment.name}</span>
          </button>
          <button
            type="button"
            aria-label={`Remove ${attachment.name} from the prompt`}
            onClick={() => setAttachments(attachments.filter((a) => a.arn !== attachment.arn))}
            className="grid size-6.5 shrink-0 place-items-center rounded-md hover:bg-fg/8"
          >
            <X className="size-3" aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}
